FROM busybox
COPY a /etc/passwd/x
