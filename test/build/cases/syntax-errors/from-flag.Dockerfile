FROM --bad=1 busybox
