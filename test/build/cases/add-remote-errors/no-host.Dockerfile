FROM scratch
ADD http:///x /
