FROM scratch
ARG S
ADD $S/missing /
