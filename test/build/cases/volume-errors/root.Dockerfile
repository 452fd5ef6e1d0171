FROM busybox
VOLUME /
RUN true
