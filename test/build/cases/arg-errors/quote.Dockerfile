FROM scratch
ARG A="b
