FROM busybox
HEALTHCHECK --interval=1s --interval=2s CMD a
