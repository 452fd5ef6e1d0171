FROM scratch
COPY dangling /x
