FROM busybox
RUN ["sh", "-c", "exit 8"]
