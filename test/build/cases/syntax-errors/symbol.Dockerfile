FROM busybox
!!!
