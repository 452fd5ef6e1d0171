FROM scratch
COPY ${b /
