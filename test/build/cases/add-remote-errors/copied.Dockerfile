FROM scratch
ARG S
COPY $S/hello.txt /x
