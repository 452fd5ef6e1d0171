FROM busybox
RUN --mount=target=/x --mount=source=a,target=/y ls /x /y
