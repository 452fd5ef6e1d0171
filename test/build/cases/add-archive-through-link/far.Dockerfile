FROM scratch
ADD far.tar /a/
