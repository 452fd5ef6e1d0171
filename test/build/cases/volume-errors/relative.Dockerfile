FROM busybox
VOLUME rel
RUN pwd
