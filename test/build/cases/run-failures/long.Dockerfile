FROM busybox
RUN echo one && \
  echo two && \
  false
