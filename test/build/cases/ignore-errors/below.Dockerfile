FROM scratch
COPY d/x /
