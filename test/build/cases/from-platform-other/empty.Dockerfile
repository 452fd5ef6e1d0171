ARG NOTHING
FROM --platform=$NOTHING busybox
