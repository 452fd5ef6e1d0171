FROM busybox
RUN --mount=type=bind,target=/x,bad=1 true
