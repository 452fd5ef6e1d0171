FROM busybox
USER root:nemo
RUN true
