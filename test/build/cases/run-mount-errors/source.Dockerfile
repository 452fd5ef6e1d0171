FROM busybox
RUN --mount=source=nothing,target=/x true
