FROM scratch
ADD --bad a /
