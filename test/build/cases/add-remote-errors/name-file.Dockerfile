FROM scratch
ARG S
ADD $S/ /x
