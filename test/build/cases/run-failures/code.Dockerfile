FROM busybox
RUN echo before; exit 7
RUN echo never
