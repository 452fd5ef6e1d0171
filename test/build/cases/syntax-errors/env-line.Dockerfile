FROM busybox
ENV A=1

# c
ENV B
