FROM busybox
RUN mkdir /a
COPY . /a/
COPY . /b/
