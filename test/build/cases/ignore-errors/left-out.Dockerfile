FROM scratch
COPY secret /
