FROM busybox
CMD --flag x
