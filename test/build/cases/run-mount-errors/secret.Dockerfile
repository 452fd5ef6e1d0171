FROM busybox
RUN --mount=type=secret,id=s,required=true true
