FROM busybox
RUN --mount=type=nothing,target=/x true
