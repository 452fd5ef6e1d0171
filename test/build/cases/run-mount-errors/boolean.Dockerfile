FROM busybox
RUN --mount=target=/x,rw=perhaps true
