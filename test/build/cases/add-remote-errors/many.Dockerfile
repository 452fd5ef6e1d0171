FROM scratch
ARG S
ADD $S/hello.txt $S/undated /x
