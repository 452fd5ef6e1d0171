FROM busybox
COPY d /etc/passwd
