FROM busybox
SOMETHING else
