FROM busybox
SHELL ["/nothing"]
RUN true
