FROM busybox
WORKDIR /etc/passwd
RUN true
