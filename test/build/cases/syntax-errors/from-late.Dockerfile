COPY a /
FROM busybox
