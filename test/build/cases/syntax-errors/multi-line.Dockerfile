FROM busybox
RUN a \
  b
NOPE \
 x \
 y
