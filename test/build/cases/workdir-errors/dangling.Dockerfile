FROM busybox
RUN ln -s loop /loop
WORKDIR /loop
