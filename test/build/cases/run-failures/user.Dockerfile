FROM busybox
USER nemo
RUN true
