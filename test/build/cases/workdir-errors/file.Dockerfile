FROM busybox
WORKDIR /etc/passwd
