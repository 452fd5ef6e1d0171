# something=else
# escape=`
FROM busybox
RUN echo a \
 b
