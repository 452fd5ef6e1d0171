FROM busybox
RUN --nothing true
