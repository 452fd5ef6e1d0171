FROM busybox
COPY a /bom
