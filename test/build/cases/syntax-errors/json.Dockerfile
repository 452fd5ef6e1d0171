FROM busybox
SHELL ["a"
