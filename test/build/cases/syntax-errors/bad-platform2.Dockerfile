FROM --platform=linux/nothing/x/y busybox
