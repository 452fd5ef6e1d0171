FROM busybox
COPPY a /
RUN true
WORKDIRR /
