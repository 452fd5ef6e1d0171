FROM busybox
RUN --mounts=target=/x true
