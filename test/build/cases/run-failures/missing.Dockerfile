FROM busybox
RUN nothing-there
