FROM scratch
ADD c /
