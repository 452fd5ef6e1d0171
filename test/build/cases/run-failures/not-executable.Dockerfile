FROM busybox
RUN ["/etc/passwd"]
