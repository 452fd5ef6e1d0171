FROM scratch
COPY it's /
