FROM busybox
RUN ["nothing-there", "a"]
