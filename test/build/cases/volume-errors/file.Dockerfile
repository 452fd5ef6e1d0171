FROM busybox
VOLUME /etc/passwd
RUN true
