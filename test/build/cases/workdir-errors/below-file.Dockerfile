FROM busybox
WORKDIR /etc/passwd/x
