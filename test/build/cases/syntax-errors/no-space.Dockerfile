FROM busybox
RUN["true"]
