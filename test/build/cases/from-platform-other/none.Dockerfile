FROM --platform=foo busybox
