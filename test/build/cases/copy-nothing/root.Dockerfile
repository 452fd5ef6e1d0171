FROM busybox
COPY empty /
